// node child.mjs MODULE ARGUMENT: holds the cases of one implementation in a process of its own, and times them when it is asked to.
const [module, argument] = process.argv.slice(2);
const { makeCases } = await import(module);
const cases = await makeCases(argument);
const ready = new Map();

/** Makes a case when it is first asked for: `{ run, note? }`. */
async function caseOf(name) {
  if (!ready.has(name)) ready.set(name, await cases[name]());
  return ready.get(name);
}

async function time({ name, calls }) {
  const { run, note } = await caseOf(name);
  const start = performance.now();
  for (let call = 0; call < calls; call++) await run();
  return { ms: (performance.now() - start) / calls, note: note?.() };
}

process.on('message', ({ forget, ...asked }) => {
  if (forget) {
    ready.get(forget)?.dispose?.();
    ready.delete(forget);
  } else {
    time(asked).then(
      (answer) => process.send(answer),
      (error) => process.send({ error: String(error.message ?? error).split('\n')[0] }),
    );
  }
});
process.send({ names: Object.keys(cases) });
