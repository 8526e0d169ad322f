import type { BareEvent } from "./read-event.ts";

/** The two objects that must be stored before the ack: the record, and the marker of open work. */
export function claimOf({ team_id: team, event }: BareEvent): { key: string; body: string }[] {
  const id = crypto.randomUUID();
  const place = `messages/${team}/${event?.channel}/${event?.ts}`;
  const now = new Date();
  const leaseUntil = new Date(now.getTime() + LEASE_MS).toISOString();
  const images = event?.files?.map(() => ({ uuid: crypto.randomUUID(), state: "pending" }));
  return [
    { key: `state/${place}.json`, body: JSON.stringify({ version: 2, id, leaseUntil, images }) },
    {
      key: `state/open/${place}/${id}`,
      body: JSON.stringify({ version: 1, promisedAt: now.toISOString() }),
    },
  ];
}

const LEASE_MS = 300_000;
