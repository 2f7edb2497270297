import type { Random } from '@surprisal/core';

/** What each pixel of a wall shows, row by row. */
export interface Layout {
  /** The number of a brick, from 1 on; 0: mortar. */
  readonly bricks: Int32Array;
  /** 1 on the middle lines of the joints. */
  readonly middles: Int32Array;
  /** How many bricks there are, seen or not. */
  readonly count: number;
}

/** A row of bricks. */
interface Course {
  /** Where the joint before each brick begins. */
  readonly starts: readonly number[];
  /** The number of its first brick. */
  readonly first: number;
}

/**
 * Lays bricks in running bond: 10 to 15 pixels high and 18 to 27 wide, give or take 2, with joints of 2 or 3; every other course is shifted by
 * half a brick, each by up to 3 more.
 *
 * @param slope pixels by which courses rise from one pixel to the next
 */
export function layBricks(size: number, slope: number, random: Random): Layout {
  const [joint, height, width] = [2 + random.integer(2), 10 + random.integer(6), 18 + random.integer(10)];
  const step = joint + height;
  const climb = Math.ceil((Math.abs(slope) * size) / 2);
  const below = climb + random.integer(step); // of the wall, before its first course is seen
  const courses = layCourses(Math.ceil((below + climb + size) / step) + 1, { size, joint, width }, random);
  const [bricks, middles] = [new Int32Array(size * size), new Int32Array(size * size)];
  for (let pixel = 0; pixel < bricks.length; pixel++) {
    const [y, x] = [Math.floor(pixel / size), pixel % size];
    const up = y + below + Math.round(slope * (x - size / 2));
    const { starts, first } = courses[Math.floor(up / step)]!;
    const brick = starts.findLastIndex((start) => start <= x);
    const depths = [up % step, x - starts[brick]!]; // into the course and the brick, each of which begins with a joint
    bricks[pixel] = depths.some((depth) => depth < joint) ? 0 : first + brick;
    middles[pixel] = depths.includes((joint - 1) >> 1) ? 1 : 0;
  }
  return { bricks, middles, count: courses.reduce((sum, { starts }) => sum + starts.length, 0) };
}

function layCourses(
  count: number,
  { size, joint, width }: { readonly size: number; readonly joint: number; readonly width: number },
  random: Random,
): Course[] {
  const origin = -2 * (width + joint) + random.integer(width);
  let first = 1;
  return Array.from({ length: count }, (_, row) => {
    const starts = [origin + (row % 2) * ((width + joint) >> 1) + random.integer(7) - 3];
    while (starts.at(-1)! < size) starts.push(starts.at(-1)! + joint + width + random.integer(5) - 2);
    const course = { starts, first };
    first += starts.length;
    return course;
  });
}
