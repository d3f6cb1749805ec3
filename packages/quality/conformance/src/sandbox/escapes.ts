/** Attempt to reach the host. */
export interface Escape {
  /** Object that the attempt uses. */
  readonly name: string;
  /**
   * Code that returns what it found. Before it runs, the path, the address and the name of the host's secrets replace `secret:file`,
   * `secret:url` and `secret:name`.
   */
  readonly code: string;
}

/** Functions that look for secrets with a function that evaluates code, such as `Function` of the host. */
const DIG = `
const probes = [
  'return globalThis["secret:name"]',
  'return process.env["secret:name"]',
  'return globalThis.process?.env["secret:name"]',
  'return process.getBuiltinModule("node:fs").readFileSync("secret:file", "utf8")',
  'return process.binding("fs")',
  'return process.mainModule.require("fs").readFileSync("secret:file", "utf8")',
  'return require("fs").readFileSync("secret:file", "utf8")',
  'return import("node:fs").then((fs) => fs.readFileSync("secret:file", "utf8"))',
  'return fetch("secret:url").then((response) => response.text())',
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
  directly('process', 'process.env["secret:name"]'),
  directly(
    'environments of other runtimes',
    '[globalThis.Deno?.env?.get("secret:name"), globalThis.Bun?.env?.["secret:name"]]',
  ),
  directly(
    'global variables of the host',
    '[globalThis["secret:name"], self?.["secret:name"], global?.["secret:name"]]',
  ),
  directly('require', 'require("node:fs").readFileSync("secret:file", "utf8")'),
  directly('module', 'module.constructor._load("fs").readFileSync("secret:file", "utf8")'),
  directly('import of a built-in module', '(await import("node:fs")).readFileSync("secret:file", "utf8")'),
  directly('import of a file', 'JSON.stringify(await import("file://secret:file"))'),
  directly('import of an address', 'JSON.stringify(await import("secret:url"))'),
  directly(
    'import of data',
    '(await import("data:text/javascript,export default globalThis.process?.env?.secret:name")).default',
  ),
  directly('import.meta', '(0, eval)("import.meta.url")'),
  directly('fetch', '(await fetch("secret:url")).text()'),
  directly('fetch of a file', '(await fetch("file://secret:file")).text()'),
  directly(
    'XMLHttpRequest',
    '(() => { const request = new XMLHttpRequest(); request.open("GET", "secret:url", false); request.send(); return request.responseText; })()',
  ),
  directly(
    'a WebSocket',
    'await new Promise((resolve, reject) => { const socket = new WebSocket("secret:url".replace("http", "ws")); socket.onopen = () => resolve("opened"); socket.onerror = () => reject(new Error("not opened")); })',
  ),
  directly(
    'an EventSource',
    'await new Promise((resolve, reject) => { const events = new EventSource("secret:url"); events.onerror = () => reject(new Error("not opened")); })',
  ),
  directly('a worker', 'new Worker("data:text/javascript,postMessage(1)", { type: "module" })'),
  directly(
    'timers that take code',
    'await new Promise((resolve) => { globalThis.resolve = resolve; setTimeout("resolve(process.env.secret:name)", 1); setTimeout(() => resolve("nothing"), 50); })',
  ),
];
