import manifest from '../package.json' with { type: 'json' };

/** The package's name, for messages and reports. */
export const name: string = manifest.name;

/** What `changeset version` writes. */
export const version: string = manifest.version;
