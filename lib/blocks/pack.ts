/**
 * Groups items in order, filling each group up to every capacity. An item over a capacity stands
 * alone. Each measure tells how much of one limit an item takes.
 */
export function pack<Item>(items: readonly Item[], measures: readonly Measure<Item>[]): Item[][] {
  const groups: Item[][] = [];
  let room: number[] = [];
  for (const item of items) {
    const sizes = measures.map(({ sizeOf }) => sizeOf(item));
    const group = groups.at(-1);
    if (group !== undefined && sizes.every((size, index) => size <= (room[index] ?? 0))) {
      group.push(item);
    } else {
      groups.push([item]);
      room = measures.map(({ capacity }) => capacity);
    }
    room = room.map((left, index) => left - (sizes[index] ?? 0));
  }
  return groups;
}

export interface Measure<Item> {
  sizeOf: (item: Item) => number;
  capacity: number;
}
