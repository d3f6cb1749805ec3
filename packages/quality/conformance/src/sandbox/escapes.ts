/** Attempt to reach the host. */
export interface Escape {
  /** Object that the attempt uses. */
  readonly name: string;
  /** Code that returns what it found. The host's secrets are `SECRET_FILE`, `SECRET_URL` and `SECRET_NAME`. */
  readonly code: string;
}

/** Functions that look for secrets with a function that evaluates code, such as `Function` of the host. */
const DIG = `
const probes = [
  'return globalThis["SECRET_NAME"]',
  'return process.env["SECRET_NAME"]',
  'return globalThis.process?.env["SECRET_NAME"]',
  'return process.getBuiltinModule("node:fs").readFileSync("SECRET_FILE", "utf8")',
  'return process.binding("fs")',
  'return process.mainModule.require("fs").readFileSync("SECRET_FILE", "utf8")',
  'return require("fs").readFileSync("SECRET_FILE", "utf8")',
  'return import("node:fs").then((fs) => fs.readFileSync("SECRET_FILE", "utf8"))',
  'return fetch("SECRET_URL").then((response) => response.text())',
];
const dig = async (make) => {
  const found = [];
  for (const probe of probes) {
    try { found.push(String(await make(probe)())); } catch (error) { found.push('refused: ' + error); }
  }
  return found;
};
const attempt = async (work) => { try { return await work(); } catch (error) { return 'refused: ' + error; } };
`;

/** Returns an attempt with the constructor of functions that the expression leads to. */
const byFunction = (name: string, expression: string): Escape => ({
  name,
  code: `${DIG} return attempt(async () => { const F = ${expression}; return dig((probe) => F(probe)); });`,
});

/** Returns an attempt with an expression that may return a secret itself. */
const directly = (name: string, expression: string): Escape => ({
  name,
  code: `${DIG} return attempt(async () => (${expression}));`,
});

/** Known ways out of sandboxes that share objects or a process with the host. */
export const ESCAPES: readonly Escape[] = [
  byFunction('the constructor Function', 'Function'),
  byFunction('the constructor of an arrow function', '(() => {}).constructor'),
  byFunction('the constructor of an async function', '(async () => {}).constructor'),
  byFunction('the constructor of a generator', '(function* () {}).constructor'),
  byFunction('the constructor of an async generator', '(async function* () {}).constructor'),
  byFunction('Reflect.construct', '(probe) => Reflect.construct(Function, [probe])'),
  byFunction('eval', '(probe) => () => eval("(() => {" + probe + "})()")'),
  byFunction('indirect eval', '(probe) => () => (0, eval)("(() => {" + probe + "})()")'),
  byFunction('the constructor of a tool', 'tools.echo.constructor'),
  byFunction('the constructor of the tools', 'tools.constructor.constructor'),
  byFunction('the prototype of the tools', 'Object.getPrototypeOf(tools).constructor.constructor'),
  byFunction('the constructor of the console', 'console.constructor.constructor'),
  byFunction('the constructor of console.log', 'console.log.constructor'),
  byFunction('the constructor of the global object', 'globalThis.constructor.constructor'),
  byFunction('`this` of a function', '(function () { return this ?? {}; })().constructor.constructor'),
  byFunction('`this` of the program', '(this ?? {}).constructor.constructor'),
  byFunction('the promise of a call', 'tools.echo({}).constructor.constructor'),
  byFunction('the result of a call', '(await tools.echo({})).constructor.constructor'),
  byFunction('a member of a result', '(await tools.echo({ a: [{}] })).a[0].constructor.constructor'),
  byFunction('the error of a call', 'await tools.fail({}).catch((error) => error.constructor.constructor)'),
  byFunction(
    'the cause of an error',
    'await tools.fail({}).catch((error) => error.cause.constructor.constructor)',
  ),
  byFunction(
    'the error of an unknown tool',
    '(() => { try { tools.none({}); } catch (error) { return error.constructor.constructor; } })()',
  ),
  byFunction(
    'the error of a stack overflow',
    '(() => { const deep = () => deep(); try { deep(); } catch (error) { return error.constructor.constructor; } })()',
  ),
  byFunction(
    'the error of invalid arguments',
    'await attempt(() => tools.echo(Symbol("x"))).then((text) => text.constructor.constructor)',
  ),
  byFunction(
    'the caller of a getter in arguments',
    '(await (async () => { let found; await attempt(() => tools.echo({ get a() { found = arguments.callee.caller; return 1; } })); return found; })()).constructor',
  ),
  byFunction(
    'the caller of toJSON',
    '(await (async () => { let found; await attempt(() => tools.echo({ toJSON: function () { found = arguments.callee.caller; return {}; } })); return found; })()).constructor',
  ),
  byFunction(
    'a proxy as arguments',
    '(await (async () => { let found; const spy = new Proxy({}, { ownKeys(target) { found = this; return Reflect.ownKeys(target); } }); await attempt(() => tools.echo(spy)); return found; })()).constructor.constructor',
  ),
  byFunction(
    'frames of a stack',
    '(() => { let frames = []; Error.prepareStackTrace = (_, all) => { frames = all; return ""; }; new Error().stack; const functions = frames.map((frame) => frame.getFunction() ?? frame.getThis()).filter(Boolean); return functions.at(-1).constructor; })()',
  ),
  byFunction(
    'a replaced Promise.prototype.then',
    '(await (async () => { let found; const { then } = Promise.prototype; Promise.prototype.then = function (...args) { found = args[0]; return then.apply(this, args); }; await attempt(() => tools.echo({})); Promise.prototype.then = then; return found; })()).constructor',
  ),
  byFunction(
    'a replaced Array.prototype.map',
    '(await (async () => { let found; Array.prototype.map = function () { found = this; return []; }; await attempt(() => tools.echo({ a: [1] })); return found; })()).constructor.constructor',
  ),
  byFunction(
    'a species constructor',
    '(() => { class Spy extends Promise { static get [Symbol.species]() { return Spy; } } return Object.getPrototypeOf(Spy).constructor; })()',
  ),
  directly('process', 'process.env["SECRET_NAME"]'),
  directly(
    'environments of other runtimes',
    '[globalThis.Deno?.env?.get("SECRET_NAME"), globalThis.Bun?.env?.["SECRET_NAME"]]',
  ),
  directly(
    'global variables of the host',
    '[globalThis["SECRET_NAME"], self?.["SECRET_NAME"], global?.["SECRET_NAME"]]',
  ),
  directly('require', 'require("node:fs").readFileSync("SECRET_FILE", "utf8")'),
  directly('module', 'module.constructor._load("fs").readFileSync("SECRET_FILE", "utf8")'),
  directly('import of a built-in module', '(await import("node:fs")).readFileSync("SECRET_FILE", "utf8")'),
  directly('import of a file', 'JSON.stringify(await import("file://SECRET_FILE"))'),
  directly('import of an address', 'JSON.stringify(await import("SECRET_URL"))'),
  directly(
    'import of data',
    '(await import("data:text/javascript,export default globalThis.process?.env?.SECRET_NAME")).default',
  ),
  directly('import.meta', '(0, eval)("import.meta.url")'),
  directly('fetch', '(await fetch("SECRET_URL")).text()'),
  directly('fetch of a file', '(await fetch("file://SECRET_FILE")).text()'),
  directly(
    'XMLHttpRequest',
    '(() => { const request = new XMLHttpRequest(); request.open("GET", "SECRET_URL", false); request.send(); return request.responseText; })()',
  ),
  directly(
    'a WebSocket',
    'await new Promise((resolve, reject) => { const socket = new WebSocket("SECRET_URL".replace("http", "ws")); socket.onopen = () => resolve("opened"); socket.onerror = () => reject(new Error("not opened")); })',
  ),
  directly(
    'an EventSource',
    'await new Promise((resolve, reject) => { const events = new EventSource("SECRET_URL"); events.onerror = () => reject(new Error("not opened")); })',
  ),
  directly('a worker', 'new Worker("data:text/javascript,postMessage(1)", { type: "module" })'),
  directly(
    'timers that take code',
    'await new Promise((resolve) => { globalThis.resolve = resolve; setTimeout("resolve(process.env.SECRET_NAME)", 1); setTimeout(() => resolve("nothing"), 50); })',
  ),
];
