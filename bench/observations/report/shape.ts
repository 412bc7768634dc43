import type { Series } from "./block.ts";

type Point = Series["points"][number];

/** One line of a figure that compares shapes. */
export interface Shape {
  readonly name: string;
  readonly points: readonly Point[];
  /** Measured by others. */
  readonly isPublished?: boolean;
}

/** Which axes are divided by the first point. */
export type ScaledAxes = "y" | "both";

/**
 * Lines of systems that have no unit in common, each in the unit of its own first point. So they can be compared by shape.
 *
 * @throws RangeError for a line without points, or whose first point has no unit in it
 */
export function shapesOf(shapes: readonly Shape[], axes: ScaledAxes): readonly Series[] {
  return shapes.map(({ name, points, isPublished }) => {
    const [[x, y] = [0, 0]] = points;
    if (!(y > 0) || (axes === "both" && !(x > 0))) {
      throw new RangeError(`"${name}" begins at (${x}, ${y}); pass points that begin above 0.`);
    }
    return {
      name: isPublished === true ? `${name} (published)` : name,
      points: points.map(([px, py]) => [axes === "both" ? px / x : px, py / y] as const),
      ...(isPublished === true && { isPublished }),
    };
  });
}
