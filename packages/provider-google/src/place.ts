import type { Env } from '@majordomo/core';
import type { GoogleOptions } from './options.ts';

/** The platform and the address that calls go to. */
export interface Place {
  readonly vertexai: boolean;
  readonly project: string | undefined;
  readonly location: string | undefined;
  readonly apiVersion: string;
  readonly baseURL: string | undefined;
}

export const GEMINI_ORIGIN = 'https://generativelanguage.googleapis.com';

/** Where calls go. Every value is given to the SDK, so that it does not look into its own environment for one. */
export function placeOf(options: GoogleOptions, env: Env): Place {
  const { project, location, token, apiKey } = options;
  const vertexai =
    options.vertexai ?? (project !== undefined || location !== undefined || isVertexByEnv(options, env));
  const apiVersion = options.apiVersion ?? (vertexai ? 'v1beta1' : 'v1');
  if (!vertexai)
    return { vertexai, project, location, apiVersion, baseURL: options.baseURL ?? GEMINI_ORIGIN };
  // Express mode: a key instead of a login, and no project.
  const isExpress = token === undefined && apiKey !== undefined && project === undefined;
  return {
    vertexai,
    project: isExpress ? undefined : (project ?? env['GOOGLE_CLOUD_PROJECT']),
    location: isExpress ? undefined : (location ?? env['GOOGLE_CLOUD_LOCATION'] ?? 'global'),
    apiVersion,
    baseURL: options.baseURL,
  };
}

/** A key or an address that was passed in code is for the Gemini API, whatever the environment says. */
const isVertexByEnv = ({ apiKey, baseURL }: GoogleOptions, env: Env): boolean =>
  apiKey === undefined && baseURL === undefined && env['GOOGLE_GENAI_USE_VERTEXAI'] === 'true';
