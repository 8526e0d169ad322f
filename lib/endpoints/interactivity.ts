import { ACTIONS } from "../blocks/action-value.ts";
import { CALLBACKS } from "../blocks/modals.ts";
import { onDeleteImage } from "../listeners/delete-image.ts";
import { onImageTags } from "../listeners/image-tags.ts";
import { onRetryUpload } from "../listeners/retry-upload.ts";
import { isAdmitted, onStranger } from "../listeners/stranger.ts";
import { onUploadFiles } from "../listeners/upload-files.ts";
import type { ViewAnswer } from "../listeners/view-answer.ts";
import type { Door } from "../ports.ts";
import {
  type BlockAction,
  type MessageShortcut,
  parseInteractionPayload,
  type ViewSubmission,
} from "../slack/interaction-payloads.ts";
import { readSentAt } from "../slack/request.ts";
import { readVerified } from "./read-verified.ts";
import { emptyResponse } from "./route.ts";

/** The interactivity Request URL: shortcut, buttons and modals. */
export async function serveInteractivity(door: Door, request: Request): Promise<Response> {
  const payload = parseInteractionPayload(await readVerified(door, request));
  switch (payload.type) {
    case "message_shortcut":
      return answerShortcut(door, payload.shortcut);
    case "block_action":
      return answerAction(door, payload.action);
    case "view_submission":
      return answerSubmission(door, payload.submission, readSentAt(request));
    case "other":
      return ignore(door, payload.name);
  }
}

async function answerShortcut(door: Door, shortcut: MessageShortcut): Promise<Response> {
  if (shortcut.callbackId !== CALLBACKS.shortcut) {
    return ignore(door, "message_action");
  }
  await door.inBackground(async (work) => {
    const { onMessageShortcut } = await import("../listeners/message-shortcut.ts");
    await onMessageShortcut(work, shortcut);
  });
  return emptyResponse(200);
}

async function answerAction(door: Door, action: BlockAction): Promise<Response> {
  // Strangers may only look at a reply.
  const { standing } = action.actor;
  if (standing === "stranger" && !door.config.allowExternalUsers) {
    await door.inBackground((work) => onStranger(work, action));
    return emptyResponse(200);
  }
  // The edit modal checks the record after it opens, because its trigger lives only 3 s.
  if (standing === "untold" && action.actionId !== ACTIONS.editTags) {
    const asked = await door.accept(isAdmitted(door, action), async (work, admitted) => {
      await (admitted ? undefined : onStranger(work, action));
    });
    if (asked.outcome === "unavailable" || !asked.accepted) {
      return emptyResponse(asked.outcome === "unavailable" ? 503 : 200);
    }
  }
  switch (action.actionId) {
    case ACTIONS.editTags:
      await door.inBackground(async (work) => {
        const { onEditTags } = await import("../listeners/edit-tags.ts");
        await onEditTags(work, action);
      });
      return emptyResponse(200);
    case ACTIONS.deleteImage: {
      const outcome = await onDeleteImage(door, action);
      return emptyResponse(outcome === "unavailable" ? 503 : 200);
    }
    case ACTIONS.retryUpload: {
      const outcome = await onRetryUpload(door, action);
      return emptyResponse(outcome === "unavailable" ? 503 : 200);
    }
    default:
      return ignore(door, "block_actions");
  }
}

async function answerSubmission(
  door: Door,
  submission: ViewSubmission,
  sentAt: number,
): Promise<Response> {
  switch (submission.callbackId) {
    case CALLBACKS.imageTags:
      return toResponse(await onImageTags(door, submission, sentAt));
    case CALLBACKS.uploadFiles:
      return toResponse(await onUploadFiles(door, submission, sentAt));
    default:
      return ignore(door, "view_submission");
  }
}

function ignore({ logger }: Door, name: string): Response {
  logger.info("interaction.ignored", { name: name.slice(0, 40) });
  return emptyResponse(200);
}

function toResponse(answer: ViewAnswer): Response {
  switch (answer.outcome) {
    case "update":
      return Response.json({ response_action: "update", view: answer.view });
    case "errors":
      return Response.json({ response_action: "errors", errors: answer.errors });
    case "unavailable":
      return emptyResponse(503);
    case "ignored":
      return emptyResponse(200);
  }
}
