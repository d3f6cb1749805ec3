import manifest from '../package.json' with { type: 'json' };

/** Name of the package, for messages and reports. */
export const name: string = manifest.name;

/** Version of the package. */
export const version: string = manifest.version;
