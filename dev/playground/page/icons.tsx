import "./icons.css";

/** Drawn here, so that nothing is loaded from elsewhere; the control around each has the name. */
const PATHS = {
  hash: "M7.5 3 6 17M14 3l-1.5 14M3.5 7.5h13.5M3 12.5h13.5",
  lock: "M5.5 9h9v7.5h-9zM7.2 9V6.7a2.8 2.8 0 0 1 5.6 0V9",
  attach: "M10 4v12M4 10h12",
  send: "M3.5 10 17 4l-4 13-3-5.5zM10 11.5 17 4",
  more: "M10 4.6v.01M10 10v.01M10 15.4v.01",
  thread: "M3.5 4.5h13v9h-7l-3.5 3v-3H3.5z",
  inside: "M9 4a5 5 0 1 1 0 10A5 5 0 0 1 9 4zm3.6 8.6L17 17",
  close: "m5 5 10 10M15 5 5 15",
  back: "M12.5 4.5 7 10l5.5 5.5",
  panel: "M3 4h14v12H3zM12 4v12",
  trash: "M4 6h12M8 6V4h4v2M6 6l.7 10.5h6.6L14 6",
  upload: "M10 13V4.5M6.5 8 10 4.5 13.5 8M4 13v3h12v-3",
  copy: "M7.5 7h9v9.5h-9zM4 13V3.5h9",
  file: "M5.5 3h6l3.5 3.5V17h-9.5zM11.5 3v3.5H15",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 20 }: { name: IconName; size?: number }) {
  return (
    <svg
      className={`icon icon-${name}`}
      viewBox="0 0 20 20"
      width={size}
      height={size}
      aria-hidden="true"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}

export function IconButton({
  name,
  label,
  onPress,
  ...rest
}: {
  name: IconName;
  label: string;
  onPress: () => void;
  "aria-expanded"?: boolean;
  "aria-pressed"?: boolean;
  className?: string;
}) {
  return (
    <button
      {...rest}
      type="button"
      className={`icon-button ${rest.className ?? ""}`}
      aria-label={label}
      title={label}
      onClick={onPress}
    >
      <Icon name={name} />
    </button>
  );
}
