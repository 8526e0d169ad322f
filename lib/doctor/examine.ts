import { randomUUID } from "node:crypto";
import packageJson from "../../package.json" with { type: "json" };
import type { Clock } from "../clock.ts";
import { probeKey } from "../records/state-keys.ts";
import { checkImages, checkPrivacy } from "./check-cdn.ts";
import { checkLatency } from "./check-latency.ts";
import { checkOpenWork } from "./check-open-work.ts";
import { checkRequestUrls } from "./check-request-urls.ts";
import { checkSlack } from "./check-slack.ts";
import { checkDeletion, checkStore, type ProbePair } from "./check-store.ts";
import { checkCronSecret, checkVariables } from "./check-variables.ts";
import { type Check, passed, PRIVACY, type Report, skipped, toReport } from "./check.ts";
import { createDoctorPorts, type DoctorPorts } from "./doctor-ports.ts";

export interface Patient {
  variables: Readonly<Record<string, string | undefined>>;
  /** Where Slack sends to, if it is known. */
  origin: string | undefined;
  clock: Clock;
  /** Whether the doctor runs in the deployment. */
  isDeployed: boolean;
  /** Whether `AWS_ROLE_ARN` can be assumed here: only Vercel gives out the token for it. */
  hasRole: boolean;
}

/**
 * Looks at everything that must be right for a deployment to work. Writes a few small objects for
 * this and deletes them. A report holds no secret.
 */
export async function examine(patient: Patient): Promise<Report> {
  const { variables, origin, clock, isDeployed, hasRole } = patient;
  const version = passed("app", `This is version ${packageJson.version}.`);
  const { checks, environment } = checkVariables(variables);
  if (environment === undefined) {
    const rest = skipped("everything", "All other checks need well-formed variables.");
    return toReport([version, ...checks, rest]);
  }
  const ports = createDoctorPorts(environment, { clock, isDeployed });
  const { signingSecrets } = ports.config.slack;
  const isBarred = ports.config.s3.credentials.kind === "role" && !hasRole;
  return toReport([
    version,
    ...checks,
    checkCronSecret(ports.config.cronSecret),
    ...(await checkSlack(ports)),
    ...(origin === undefined
      ? [skipped("slack.request-url", "The deployment's address is not known: name it with --url.")]
      : await checkRequestUrls({ clock, signingSecrets, origin })),
    ...(isBarred
      ? [skipped("s3", "AWS_ROLE_ARN works only in the deployment: use --url without --env.")]
      : await checkStores(ports)),
    ...(await checkLatency(ports, { hasStore: !isBarred })),
  ]);
}

async function checkStores(ports: DoctorPorts): Promise<Check[]> {
  const id = randomUUID();
  const probe = (end: number) => {
    const text = randomUUID();
    return { key: probeKey(ports.state.prefix, `${id}-${end}`), text };
  };
  const probes: ProbePair = [probe(1), probe(2)];
  const checks: Check[] = [];
  try {
    const store = await checkStore(ports, probes);
    const isThere = store.some(({ name, ok }) => name === "s3.put" && ok === true);
    checks.push(
      ...store,
      isThere
        ? await checkPrivacy(ports, probes[0])
        : skipped(PRIVACY, "No record could be put to look for."),
    );
  } finally {
    const deletion = await checkDeletion(ports, probes);
    const isNoise = checks.some(({ name, ok }) => name === "s3.put" && ok === false);
    checks.push(isNoise ? skipped(deletion.name, "No object could be put to delete.") : deletion);
  }
  return [...checks, ...(await checkImages(ports, id)), await checkOpenWork(ports)];
}
