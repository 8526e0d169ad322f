/** Dots per unit in each direction. One dot per unit equals `dpiOfOne` dots per inch. */
export interface Density {
  x: number;
  y: number;
  dpiOfOne: number;
  /** The number of pixels that the file stores; browsers may show fewer. */
  storedPixels: number;
}

export const PER_INCH = 1;
export const PER_CENTIMETRE = 2.54;
export const PER_METRE = 0.0254;
