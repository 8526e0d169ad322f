import { type Background, createBackground } from "./listeners/background.ts";
import type { Door, SharedPorts } from "./ports.ts";
import { openState } from "./records/open-state.ts";
import type { Writes } from "./records/record-store.ts";
import { connectSigned } from "./storage/signed-connection.ts";

/** Makes the ports of the listeners. A message without images needs none of them, so this file is loaded when one does. */
export function createDoor(
  shared: SharedPorts & Pick<Door, "settingsFor">,
  { writes, ...work }: DoorOptions,
): Door & Pick<Background, "whenIdle"> {
  const { clock, logger } = shared;
  const { records, markers } = openState(shared, { writes, connect: connectSigned });
  return { ...shared, records, markers, ...createBackground({ ...work, clock, logger }) };
}

interface DoorOptions extends Pick<
  Parameters<typeof createBackground>[0],
  "loadWork" | "waitUntil"
> {
  writes: Writes;
}
