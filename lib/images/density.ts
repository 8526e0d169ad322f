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
