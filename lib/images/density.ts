/** Dots per unit in each direction, and how many dots per inch one dot per unit is. */
export interface Density {
  x: number;
  y: number;
  dpiOfOne: number;
  /** How many pixels the file stores; browsers may show fewer. */
  storedPixels: number;
}

export const PER_INCH = 1;
export const PER_CENTIMETRE = 2.54;
export const PER_METRE = 0.0254;

const HIDPI = 144;

/** Whether it is 144 dots per inch, as that of a Mac's screenshots. */
export function isAtHiDpi({ x, y, dpiOfOne }: Density): boolean {
  // JFIF has whole numbers only: 57 to the centimetre is what 56.69 became, though it is nearer to 145 dpi.
  return [x, y].every(
    (dots) => Math.round(dots * dpiOfOne) === HIDPI || dots === Math.round(HIDPI / dpiOfOne),
  );
}
