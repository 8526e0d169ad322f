/** The size in the tag, in CSS pixels, rounded. */
export function tagSize(image: { width: number; height: number; density?: number | undefined }): {
  width: number;
  height: number;
} {
  const { width, height, density = 1 } = image;
  return { width: Math.round(width / density), height: Math.round(height / density) };
}
