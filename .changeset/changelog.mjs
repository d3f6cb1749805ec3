import defaults from '@changesets/cli/changelog';

/** Writes the entries of CHANGELOG.md. A first release does not list its dependencies as updated, because none of them had a version before. */
export default {
  ...defaults,
  getDependencyReleaseLine: (changesets, dependencies, options) =>
    defaults.getDependencyReleaseLine(
      changesets,
      dependencies.filter(({ oldVersion }) => oldVersion !== '0.0.0'),
      options,
    ),
};
