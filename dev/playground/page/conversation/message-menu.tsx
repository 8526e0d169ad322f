import { type KeyboardEvent, type RefObject, useEffect, useId, useRef, useState } from "react";
import { Icon, type IconName } from "../icons.tsx";

export interface MenuItem {
  label: string;
  icon: IconName;
  isDangerous?: boolean;
  act: () => void;
}

/** A menu of the top layer beside its button: arrow keys, Escape, and the focus returns. */
export function MessageMenu({ items }: { items: readonly MenuItem[] }) {
  const [isOpen, setOpen] = useState(false);
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  return (
    <>
      <button
        ref={button}
        type="button"
        className="icon-button"
        aria-label="More actions"
        title="More actions"
        aria-haspopup="menu"
        aria-expanded={isOpen}
        aria-controls={isOpen ? id : undefined}
        onClick={() => setOpen(true)}
      >
        <Icon name="more" />
      </button>
      {isOpen && (
        <Menu
          id={id}
          items={items}
          anchor={button}
          onClose={() => {
            setOpen(false);
            button.current?.focus({ preventScroll: true });
          }}
        />
      )}
    </>
  );
}

function Menu({
  id,
  items,
  anchor,
  onClose,
}: {
  id: string;
  items: readonly MenuItem[];
  anchor: RefObject<HTMLElement | null>;
  onClose: () => void;
}) {
  const menu = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = menu.current;
    if (element === null || anchor.current === null) {
      return;
    }
    element.showPopover();
    const { top, right, bottom } = anchor.current.getBoundingClientRect();
    const { width, height } = element.getBoundingClientRect();
    const below = bottom + 4;
    element.style.left = `${Math.max(8, right - width)}px`;
    element.style.top = `${below + height > innerHeight - 8 ? Math.max(8, top - height - 4) : below}px`;
    element.querySelector("button")?.focus();
  }, [anchor]);

  function onKeyDown(event: KeyboardEvent): void {
    const buttons = [...(menu.current?.querySelectorAll("button") ?? [])];
    const at = buttons.findIndex((one) => one === document.activeElement);
    const next = {
      ArrowDown: (at + 1) % buttons.length,
      ArrowUp: (at + buttons.length - 1) % buttons.length,
      Home: 0,
      End: buttons.length - 1,
    }[event.key];
    if (next !== undefined) {
      event.preventDefault();
      buttons[next]?.focus();
    } else if (event.key === "Tab") {
      event.preventDefault();
      onClose();
    }
  }

  return (
    <div
      ref={menu}
      id={id}
      role="menu"
      tabIndex={-1}
      aria-label="More actions"
      className="menu"
      popover="auto"
      onKeyDown={onKeyDown}
      onToggle={({ newState }) => {
        if (newState === "closed") {
          onClose();
        }
      }}
    >
      {items.map(({ label, icon, isDangerous = false, act }) => (
        <button
          key={label}
          type="button"
          role="menuitem"
          tabIndex={-1}
          className={isDangerous ? "dangerous" : ""}
          onClick={() => {
            onClose();
            act();
          }}
        >
          <Icon name={icon} />
          {label}
        </button>
      ))}
    </div>
  );
}
