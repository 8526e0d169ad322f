import { type KeyboardEvent, type ReactNode, useId, useRef, useState } from "react";

export interface Tab {
  name: string;
  render(): ReactNode;
}

/**
 * Arrow keys, Home and End choose a tab, as the ARIA Authoring Practices have it.
 * https://www.w3.org/WAI/ARIA/apg/patterns/tabs/
 */
export function Tabs({ label, tabs }: { label: string; tabs: readonly Tab[] }) {
  const id = useId();
  const [chosen, choose] = useState(0);
  const list = useRef<HTMLDivElement>(null);

  function moveFocus(event: KeyboardEvent): void {
    const next = nextTab(event.key, { chosen, count: tabs.length });
    if (next !== undefined) {
      event.preventDefault();
      choose(next);
      list.current?.querySelectorAll("button")[next]?.focus();
    }
  }

  return (
    <div className="tabs">
      <div
        role="tablist"
        aria-label={label}
        className="tab-list"
        ref={list}
        tabIndex={-1}
        onKeyDown={moveFocus}
      >
        {tabs.map(({ name }, index) => (
          <button
            key={name}
            type="button"
            role="tab"
            id={`${id}-tab-${index}`}
            aria-selected={index === chosen}
            aria-controls={`${id}-panel`}
            tabIndex={index === chosen ? 0 : -1}
            onClick={() => choose(index)}
          >
            {name}
          </button>
        ))}
      </div>
      <div
        role="tabpanel"
        id={`${id}-panel`}
        aria-labelledby={`${id}-tab-${chosen}`}
        className="tab-panel"
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls
        tabIndex={0}
      >
        {tabs[chosen]?.render()}
      </div>
    </div>
  );
}

function nextTab(
  key: string,
  { chosen, count }: { chosen: number; count: number },
): number | undefined {
  switch (key) {
    case "ArrowRight":
      return (chosen + 1) % count;
    case "ArrowLeft":
      return (chosen + count - 1) % count;
    case "Home":
      return 0;
    case "End":
      return count - 1;
    default:
      return undefined;
  }
}
