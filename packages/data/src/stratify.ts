/**
 * Sorts a random order of labelled items so that every stretch of it holds its share of each class: the k-th of a class's n
 * items stands at (k + 1/2) / n of the way. Classes that are as large come in random order among each other.
 */
export function stratify(
  shuffled: Int32Array,
  { labels, classes }: { readonly labels: Int32Array; readonly classes: number },
): Int32Array {
  const counts = new Int32Array(classes);
  for (const label of labels) counts[label]!++;
  const seen = new Int32Array(classes);
  const place = new Float64Array(labels.length);
  for (const index of shuffled) {
    const label = labels[index]!;
    place[index] = (seen[label]!++ + 0.5) / counts[label]!;
  }
  return shuffled.toSorted((a, b) => place[a]! - place[b]!);
}
