/** Writes the note for the release that every change carries which users see. */
export function addChangeset(tree, name, packageName, text) {
  tree.write(`.changeset/${name}.md`, `---\n'${packageName}': minor\n---\n\n${text}\n`);
}
