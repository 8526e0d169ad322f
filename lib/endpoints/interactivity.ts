import { ACTIONS } from "../blocks/action-value.ts";
import { CALLBACKS } from "../blocks/modals.ts";
import type { Logger } from "../logger.ts";
import type { InBackground } from "../listeners/background.ts";
import type { MessageOutcome } from "../listeners/message.ts";
import type { ViewAnswer } from "../listeners/view-answer.ts";
import {
  type BlockAction,
  type MessageShortcut,
  parseInteractionPayload,
  type ViewSubmission,
} from "../slack/interaction-payloads.ts";
import { emptyResponse } from "./route.ts";

export interface InteractivityDependencies {
  /** The verified body. */
  readRequest: (request: Request) => Promise<string>;
  onMessageShortcut: (shortcut: MessageShortcut) => Promise<void>;
  /** `ALLOW_EXTERNAL_USERS`: otherwise strangers may look at a reply, and no more. */
  allowsStrangers: boolean;
  onStranger: (action: BlockAction) => Promise<void>;
  onEditTags: (action: BlockAction) => Promise<void>;
  onDeleteImage: (action: BlockAction) => Promise<void>;
  onRetryUpload: (action: BlockAction) => Promise<MessageOutcome>;
  onImageTags: (submission: ViewSubmission) => Promise<ViewAnswer>;
  onUploadFiles: (submission: ViewSubmission) => Promise<ViewAnswer>;
  inBackground: InBackground;
  logger: Logger;
}

/** The interactivity Request URL: shortcut, buttons and modals. */
export function createInteractivityEndpoint(dependencies: InteractivityDependencies) {
  const { readRequest, inBackground, logger } = dependencies;

  return async function interactivity(request: Request): Promise<Response> {
    const payload = parseInteractionPayload(await readRequest(request));
    switch (payload.type) {
      case "message_shortcut":
        return answerShortcut(payload.shortcut);
      case "block_action":
        return answerAction(payload.action);
      case "view_submission":
        return answerSubmission(payload.submission);
      case "other":
        return ignore(payload.name);
    }
  };

  async function answerShortcut(shortcut: MessageShortcut): Promise<Response> {
    if (shortcut.callbackId !== CALLBACKS.shortcut) {
      return ignore("message_action");
    }
    await inBackground(() => dependencies.onMessageShortcut(shortcut));
    return emptyResponse(200);
  }

  async function answerAction(action: BlockAction): Promise<Response> {
    if (action.actor.isStranger && !dependencies.allowsStrangers) {
      await inBackground(() => dependencies.onStranger(action));
      return emptyResponse(200);
    }
    switch (action.actionId) {
      case ACTIONS.editTags:
        await inBackground(() => dependencies.onEditTags(action));
        return emptyResponse(200);
      case ACTIONS.deleteImage:
        await inBackground(() => dependencies.onDeleteImage(action));
        return emptyResponse(200);
      case ACTIONS.retryUpload: {
        const outcome = await dependencies.onRetryUpload(action);
        return emptyResponse(outcome === "unavailable" ? 503 : 200);
      }
      default:
        return ignore("block_actions");
    }
  }

  async function answerSubmission(submission: ViewSubmission): Promise<Response> {
    switch (submission.callbackId) {
      case CALLBACKS.imageTags:
        return toResponse(await dependencies.onImageTags(submission));
      case CALLBACKS.uploadFiles:
        return toResponse(await dependencies.onUploadFiles(submission));
      default:
        return ignore("view_submission");
    }
  }

  function ignore(name: string): Response {
    logger.info("interaction.ignored", { name: name.slice(0, 40) });
    return emptyResponse(200);
  }
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
