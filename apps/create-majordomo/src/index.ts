export { createProject, type CreateOptions } from './create-project.ts';
export { CreateError } from './create-error.ts';
export { PACKAGE_MANAGERS, type PackageManager } from './package-managers.ts';
export { TEMPLATES, type Template } from './templates.ts';
