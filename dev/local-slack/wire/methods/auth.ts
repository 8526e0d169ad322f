import type { Method } from "./method.ts";

export const authMethods: Readonly<Record<string, Method>> = {
  "auth.test": {
    scopes: [],
    run({ workspace, origin }) {
      return {
        url: `${origin}/`,
        team: workspace.teamDomain,
        user: workspace.manifest.botName,
        team_id: workspace.teamId,
        user_id: workspace.botUserId,
        bot_id: workspace.botId,
        is_enterprise_install: false,
      };
    },
  },
};
