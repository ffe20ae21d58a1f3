import { readFileSync } from 'node:fs';
import { createRequire, enableCompileCache, registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';

/** Each test file is a process of its own, and all of them import much the same. */
enableCompileCache(fileURLToPath(new URL('../../.foresync/compiled', import.meta.url)));

/** Loaded where it is needed: most tests import nothing of ui. */
const load = createRequire(import.meta.url) as (name: 'esbuild') => typeof import('esbuild');

/** Node strips types but does not know JSX: .tsx files go through esbuild. */
registerHooks({
  load(url, context, next) {
    if (!url.endsWith('.tsx')) return next(url, context);
    const { code } = load('esbuild').transformSync(readFileSync(fileURLToPath(url), 'utf8'), {
      loader: 'tsx',
      jsx: 'automatic',
      format: 'esm',
      target: 'node22',
    });
    return { format: 'module', source: code, shortCircuit: true };
  },
});
