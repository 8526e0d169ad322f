/**
 * Measures all contenders in turn, in another order each round, so that whatever else the machine does strikes all of them
 * alike. Returns the samples of each. The first `warmUps` rounds do not count.
 */
export async function interleave<Name extends string, Sample>(
  names: readonly Name[],
  { rounds, warmUps }: { rounds: number; warmUps: number },
  measure: (name: Name, index: number) => Promise<Sample>,
): Promise<Map<Name, Sample[]>> {
  const samples = new Map<Name, Sample[]>(names.map((name) => [name, []]));
  for (let index = 0; index < warmUps + rounds; index += 1) {
    for (let turn = 0; turn < names.length; turn += 1) {
      const name = names[(index + turn) % names.length];
      if (name !== undefined) {
        const sample = await measure(name, index);
        if (index >= warmUps) {
          samples.get(name)?.push(sample);
        }
      }
    }
  }
  return samples;
}

export function median(samples: readonly number[]): number {
  return percentile(samples, 0.5);
}

/** The smallest sample that is not below this share of all, by the nearest rank. */
export function percentile(samples: readonly number[], share: number): number {
  const rank = Math.max(Math.ceil(samples.length * share), 1);
  return samples.toSorted((one, other) => one - other)[rank - 1] ?? Number.NaN;
}

/** Three digits that mean something, and no more. */
export function round(value: number): number {
  return Number(value.toPrecision(3));
}
