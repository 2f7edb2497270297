/** The forms of a kebab-case name that code needs: `{ name: 'power-mean', camel: 'powerMean', pascal: 'PowerMean' }`. */
export function namesOf(name) {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) {
    throw new Error(`name must be kebab-case, such as power-mean, got "${name}"`);
  }
  const camel = name.replace(/-(\w)/g, (_, letter) => letter.toUpperCase());
  return { name, camel, pascal: camel[0].toUpperCase() + camel.slice(1) };
}
