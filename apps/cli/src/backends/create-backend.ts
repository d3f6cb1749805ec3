import type { Env, Provider } from '@majordomo/core';
import { Stop } from '../program/exit.ts';
import type { StoredKeys } from '../vault/stored-keys.ts';
import { hasAddress, hasKey, lacksKey, secretVariablesOf, type Backend } from './backends.ts';

/**
 * Creates the provider of a backend with the function of its package. Throws `Stop` if the package has no such function, or if
 * the base URL of the backend is missing.
 */
export function createBackend(backend: Backend, module: object, env: Env, stored?: StoredKeys): Provider {
  const create: unknown = Reflect.get(module, backend.create);
  if (typeof create !== 'function') throw outdated(backend, backend.create);
  checkAddress(backend, env);
  const options = { ...backend.options, ...keyOf(backend, env, stored) };
  const { profile } = backend;
  return Reflect.apply(create, undefined, profile === undefined ? [options] : [profile, options]) as Provider;
}

const outdated = ({ package: name }: Backend, missing: string): Stop =>
  new Stop(`${name} does not export ${missing}; update the package: npm install ${name}@latest`);

/**
 * Returns options with the vault's credential, or `{}` if the environment has a credential. The variable of a project alone selects the
 * login of the vendor's SDK, so it hides a stored key. A stored login uses that project, so the variable does not hide it.
 */
function keyOf(backend: Backend, env: Env, stored: StoredKeys | undefined): object {
  if (stored === undefined || !lacksKey(backend, env)) return {};
  const options = stored.optionsFor(backend);
  const { keyEnv, loginAs } = backend;
  const isLogin = loginAs !== undefined && loginAs.option in options;
  const hidingVariables = isLogin ? secretVariablesOf(keyEnv) : keyEnv;
  return hasKey({ ...backend, keyEnv: hidingVariables }, env) ? {} : options;
}

function checkAddress(backend: Backend, env: Env): void {
  if (hasAddress(backend, env)) return;
  const { id, addressEnv = [] } = backend;
  throw new Stop(`${id} needs ${addressEnv.join(' or ')}; set it to the https://… URL of your resource`);
}
