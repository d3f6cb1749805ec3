// `pnpm sizes` measures bundles, and `pnpm sizes --installed` the packages that npm installs.
await import(process.argv.includes('--installed') ? './install-sizes.mjs' : './sizes.mjs');
