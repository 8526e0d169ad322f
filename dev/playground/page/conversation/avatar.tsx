import { useSession } from "./session.ts";

/** White on each of these is readable. */
const COLOURS = ["#7a3e9d", "#0b6e99", "#a1452c", "#2f6f3e", "#8a3560", "#3f51a3"] as const;

export function Avatar({ userId, size = 36 }: { userId: string | undefined; size?: number }) {
  const { state } = useSession();
  const style = { width: size, height: size, fontSize: size * 0.45 };
  if (userId === state.app.userId) {
    return (
      <span className="avatar of-app" style={style} aria-hidden="true">
        <svg viewBox="0 0 20 20">
          <path d="M10 15V5.5M5.8 9.5 10 5.3l4.2 4.2" />
        </svg>
      </span>
    );
  }
  const index = state.people.findIndex(({ id }) => id === userId);
  const background = COLOURS[index % COLOURS.length] ?? "#55505a";
  return (
    <span className="avatar" style={{ ...style, background }} aria-hidden="true">
      {(state.people[index]?.realName ?? "Slackbot").slice(0, 1)}
    </span>
  );
}
