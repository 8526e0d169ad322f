import { type ReactNode, useLayoutEffect, useRef } from "react";

/** Opens at its end, and stays there while it grows; whoever has scrolled up is left where they are. */
export function ScrolledList({
  label,
  own,
  children,
}: {
  label: string;
  /** The last act of this person. The list scrolls to its result. */
  own: string | undefined;
  children: ReactNode;
}) {
  const outer = useRef<HTMLElement>(null);
  const inner = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  useLayoutEffect(() => {
    const list = outer.current;
    const content = inner.current;
    if (list === null || content === null) {
      return;
    }
    const stay = () => {
      if (isAtEnd.current) {
        list.scrollTop = list.scrollHeight;
      }
    };
    stay();
    const observer = new ResizeObserver(stay);
    observer.observe(content);
    observer.observe(list);
    return () => observer.disconnect();
  }, []);
  useLayoutEffect(() => {
    if (own !== undefined) {
      isAtEnd.current = true;
      outer.current?.scrollTo({ top: outer.current.scrollHeight });
    }
  }, [own]);
  return (
    <section
      ref={outer}
      className="scrolled"
      aria-label={label}
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls
      tabIndex={0}
      onScroll={({ currentTarget: { scrollTop, clientHeight, scrollHeight } }) => {
        isAtEnd.current = scrollHeight - scrollTop - clientHeight < END_PIXELS;
      }}
    >
      <div ref={inner} className="scrolled-content">
        {children}
      </div>
    </section>
  );
}

const END_PIXELS = 24;
