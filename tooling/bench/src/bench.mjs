// pnpm bench [suite ...] measures suites. pnpm bench simulate, or another name below, runs a program with its options.

/** Programs behind tables of the documents, and the program that writes the figures of the suites into the documents. */
const PROGRAMS = {
  document: './document.mjs',
  simulate: '../simulate/simulate.mjs',
};

const program = PROGRAMS[process.argv[2]];
// A program reads its options from the arguments after its name.
if (program !== undefined) process.argv.splice(2, 1);
await import(program ?? './run.mjs');
