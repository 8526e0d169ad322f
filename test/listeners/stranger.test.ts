import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { en } from "../../lib/i18n/en.ts";
import {
  buttonsIn,
  callsTo,
  post,
  type Posted,
  recordIn,
  repliesTo,
  textsIn,
  toldTo,
} from "../helpers/person.ts";
import { startTestStack, type TestStack } from "../helpers/stack.ts";

const GUEST_TEAM = "T0GUEST";
const SISTER_TEAM = "T0SISTER";
const HOME_ORG = { id: "E0HOME", name: "Home Inc" };
const GUEST_ORG = { id: "E0GUEST", name: "Guest Inc" };

/** Who presses a button, in what kind of conversation, and what Slack tells about the person. */
const PRESSES: readonly [string, Pressed][] = [
  ["a stranger whose organization is told", { enterprise: GUEST_ORG, isAdmitted: false }],
  ["a stranger of whom our organization is told", { enterprise: HOME_ORG, isAdmitted: false }],
  [
    "a stranger of whom only their own team is told",
    { enterprise: GUEST_ORG, team: { id: GUEST_TEAM }, isAdmitted: false },
  ],
  [
    "a stranger, where the app is installed for the organization",
    { enterprise: HOME_ORG, team: null, isEnterpriseInstall: true, isAdmitted: false },
  ],
  ["somebody of whom no team is told", { userTeam: null, isAdmitted: false }],
  [
    "somebody of whom no team is told, on Enterprise Grid",
    { enterprise: HOME_ORG, userTeam: null, isAdmitted: false },
  ],
  ["a member", { userTeam: "home", isAdmitted: true }],
  ["a member, on Enterprise Grid", { enterprise: HOME_ORG, userTeam: "home", isAdmitted: true }],
  [
    "a member whose team is the organization",
    { enterprise: HOME_ORG, userTeam: HOME_ORG.id, isAdmitted: true },
  ],
  [
    "a colleague of another workspace, where the app is installed for the organization",
    {
      enterprise: HOME_ORG,
      team: null,
      userTeam: SISTER_TEAM,
      isEnterpriseInstall: true,
      isShared: false,
      isAdmitted: true,
    },
  ],
  [
    "a colleague of another workspace, where it is not",
    { enterprise: HOME_ORG, userTeam: SISTER_TEAM, isShared: false, isAdmitted: false },
  ],
];

interface Pressed {
  enterprise?: { id: string };
  team?: { id: string } | null;
  userTeam?: string | null;
  isEnterpriseInstall?: boolean;
  /** The conversation is shared with another organization. */
  isShared?: boolean;
  isAdmitted: boolean;
}

describe.each(PRESSES)("%s", (_, pressed) => {
  it("is admitted to or kept from the buttons", async () => {
    await using stack = await startTestStack();
    const posted = await uploadOnGrid(stack, pressed.isShared ?? true);
    const { text, objects } = await pressDelete(stack, posted, pressed);
    expect(objects).toBe(pressed.isAdmitted ? 0 : 1);
    expect(toldTo(stack, "minho")).toEqual(pressed.isAdmitted ? [] : [en.membersOnly]);
    expect(text.includes("deleted")).toBe(pressed.isAdmitted);
  });

  it("is admitted to or kept from edits", async () => {
    await using stack = await startTestStack();
    const posted = await uploadOnGrid(stack, pressed.isShared ?? true);
    await pressOn(stack, posted, { ...pressed, action: "edit_tags" });
    const opened = textsIn([stack.slack.viewOf("minho")]);
    const told = [...toldTo(stack, "minho"), ...opened];
    expect(told.includes(en.membersOnly)).toBe(!pressed.isAdmitted);
    expect(JSON.stringify(stack.slack.viewOf("minho") ?? {}).includes("alt:F")).toBe(
      pressed.isAdmitted,
    );
  });
});

describe("a person whose standing Slack does not tell", () => {
  it("is offered no upload if the record is gone", async () => {
    await using stack = await startTestStack();
    const posted = await uploadOnGrid(stack, true);
    const value = "messages/T0HOME/C0GONE/1764000001.000100#F0ONE";
    await pressOn(stack, posted, {
      enterprise: GUEST_ORG,
      isAdmitted: false,
      action: "edit_tags",
      value,
    });
    expect(callsTo(stack, "files.info")).toEqual([]);
    expect(textsIn([stack.slack.viewOf("minho")])).toEqual([en.modal.recordGone]);
  });

  it("may press as an admin, as everybody may if strangers are allowed", async () => {
    for (const env of [{ ADMIN_USER_IDS: "minho" }, { ALLOW_EXTERNAL_USERS: "true" }]) {
      await using stack = await startTestStack();
      const posted = await uploadOnGrid(stack, true);
      const admin = "ADMIN_USER_IDS" in env ? { ADMIN_USER_IDS: idOf(stack, "minho") } : env;
      stack.serveFrom(stack.createInstance(admin));
      await pressOn(stack, posted, {
        enterprise: GUEST_ORG,
        isAdmitted: true,
        action: "edit_tags",
      });
      expect(JSON.stringify(stack.slack.viewOf("minho"))).toContain("alt:F");
    }
  });
});

/** Uploads in a workspace of an organization. Minho posts the image, so he may delete it. */
async function uploadOnGrid(stack: TestStack, isShared: boolean): Promise<Posted> {
  const posted = post(stack, { user: "minho" });
  const envelope = v.parse(Envelope, stack.slack.envelopeOf(posted.channel, posted.ts));
  await stack.send({
    ...envelope,
    is_ext_shared_channel: isShared,
    authorizations: envelope.authorizations.map((one) => ({ ...one, enterprise_id: HOME_ORG.id })),
  });
  await stack.drain();
  return posted;
}

const Envelope = v.looseObject({ authorizations: v.array(v.looseObject({})) });

async function pressDelete(stack: TestStack, posted: Posted, pressed: Pressed) {
  await pressOn(stack, posted, { ...pressed, action: "delete_image" });
  const objects = stack.s3.objects("images/").length;
  expect(recordIn(stack).images).toHaveLength(1);
  return { objects, text: JSON.stringify(textsIn(repliesTo(stack, posted))) };
}

async function pressOn(
  stack: TestStack,
  posted: Posted,
  pressed: Pressed & { action: string; value?: string },
): Promise<void> {
  const { slack } = stack;
  const [reply] = repliesTo(stack, posted);
  const button = buttonsIn(reply?.blocks).find(({ action_id: id }) => id === pressed.action);
  const home = { id: slack.teamId };
  const { enterprise = null, team = home, userTeam = GUEST_TEAM, isEnterpriseInstall } = pressed;
  const userTeamId = userTeam === "home" ? slack.teamId : userTeam;
  slack.state.triggers.set("10000001.6.trigger", {
    userId: idOf(stack, "minho"),
    issuedAtMs: stack.clock.nowMs,
    isUsed: false,
  });
  const payload = {
    type: "block_actions",
    team,
    enterprise,
    is_enterprise_install: isEnterpriseInstall ?? false,
    user: { id: idOf(stack, "minho"), ...(userTeamId !== null && { team_id: userTeamId }) },
    trigger_id: "10000001.6.trigger",
    channel: { id: posted.channel },
    message: { ts: reply?.ts, thread_ts: posted.threadTs, team: slack.teamId },
    actions: [{ action_id: pressed.action, value: pressed.value ?? button?.value }],
  };
  const { status } = await stack.sendForm("interactivity", { payload: JSON.stringify(payload) });
  expect(status).toBe(200);
  await stack.drain();
}

function idOf({ slack }: TestStack, name: string): string {
  return [...slack.state.users.values()].find((user) => user.name === name)?.id ?? "";
}
