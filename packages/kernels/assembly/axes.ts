/** Where the index-th place of axes of these sizes lies, in elements, when a step along each is a stride. Both are 32-bit numbers one after the other. */
export function offset(index: i32, rank: i32, sizes: usize, strides: usize): i32 {
  let at = 0;
  for (let axis = (rank - 1) << 2; axis >= 0; axis -= 4) {
    const size = load<i32>(sizes + axis);
    const rest = index / size;
    at += (index - rest * size) * load<i32>(strides + axis);
    index = rest;
  }
  return at;
}
