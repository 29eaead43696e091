import { describe, expect, it } from 'vitest';
import { isVendored, nameClass } from '../../src/fields/name-class.ts';

describe('nameClass', () => {
  it.each([
    ['a/web.yaml', 'yaml'],
    ['web.yml', 'yaml'],
    ['web.json', 'json'],
    ['kustomization.yaml', 'kustomization'],
    ['x/kustomization.yml', 'kustomization'],
    ['x/Kustomization', 'kustomization'],
    ['values.yaml', 'values'],
    ['x/values-prod.yml', 'values'],
    ['x/prod.values.yaml', 'values'],
    ['x/web-values.yaml', 'values'],
    ['values/web.yaml', 'yaml'],
    ['docker-compose.yml', 'compose'],
    ['compose.override.yaml', 'compose'],
    ['x/composer.yaml', 'yaml'],
    ['x/values.json', 'values'],
    ['prod.values.json', 'values'],
    ['values.schema.json', 'json'],
    ['values-prod.schema.json', 'json'],
    ['docker-compose.json', 'compose'],
    ['composer.json', 'json'],
    ['kustomization.json', 'json'],
    ['README.md', 'other'],
    ['web.yaml.tpl', 'other'],
    ['kustomization', 'other'],
    ['yaml', 'other'],
  ])('%s is %s', (path, expected) => {
    expect(nameClass(path)).toBe(expected);
  });
});

describe('isVendored', () => {
  const charts = new Set(['deploy/web', '']);
  it.each([
    ['charts/web/values.yaml', true],
    ['a/charts/web/templates/x.yaml', true],
    ['mycharts/web/values.yaml', false],
    ['charts.yaml', false],
    ['deploy/web/templates/x.yaml', true],
    ['deploy/web/values.yaml', false],
    ['templates/x.yaml', true],
    ['deploy/other/templates/x.yaml', false],
    ['deploy/webtemplates/x.yaml', false],
  ])('%s: %s', (path, expected) => {
    expect(isVendored(path, charts)).toBe(expected);
  });
});
