import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Environment, proxyAuthorization, proxyFor } from '../../../../src/plugins/syncml/carrier/http-proxy.js';

const PROXIES: Environment = { http_proxy: 'http://plain:3128', https_proxy: 'secure:3129', ALL_PROXY: 'http://all' };
const chosen = (url: string, environment: Environment): string | undefined => proxyFor(new URL(url), environment)?.host;

test('the proxy of the scheme is taken, else the one of all', () => {
  assert.equal(chosen('http://a.example/', PROXIES), 'plain:3128');
  assert.equal(chosen('https://a.example/', PROXIES), 'secure:3129');
  assert.equal(chosen('https://a.example/', { HTTPS_PROXY: '', ALL_PROXY: 'http://all' }), 'all');
  assert.equal(chosen('https://a.example/', {}), undefined);
  assert.equal(chosen('https://a.example/', { http_proxy: 'http://plain' }), undefined);
});

test('no_proxy exempts names and all below them, addresses, networks, ports, or everything', () => {
  const exempt = (url: string, list: string): boolean => chosen(url, { ...PROXIES, no_proxy: list }) === undefined;
  for (const [url, list] of [
    ['http://a.example/', 'b.example, a.example'],
    ['http://x.a.example/', 'a.example'],
    ['http://x.a.example/', '.a.example'],
    ['http://x.A.example./', '*.a.EXAMPLE'],
    ['http://a.example:8080/', 'a.example:8080'],
    ['http://127.0.0.1/', '127.0.0.1'],
    ['http://10.1.2.3/', '10.0.0.0/8'],
    ['http://[::1]:99/', '[::1]:99'],
    ['http://[fe80::1]/', 'fe80::/10'],
    ['http://a.example/', '*'],
  ] as const)
    assert(exempt(url, list), `${url} by ${list}`);
  for (const [url, list] of [
    ['http://xa.example/', 'a.example'],
    ['http://a.example:8080/', 'a.example:80'],
    ['http://11.1.2.3/', '10.0.0.0/8'],
    ['http://10.1.2.3/', '10.0.0.0/99'],
    ['http://ten.example/', '10.0.0.0/8'],
    ['http://a.example/', ''],
  ] as const)
    assert(!exempt(url, list), `${url} not by ${list}`);
});

test('a proxy of another kind is refused without its password', () => {
  for (const value of ['socks5://me:hush@a', 'https://me:hush@a', 'http://', 'http://me:hush@['])
    assert.throws(
      () => proxyFor(new URL('http://b/'), { http_proxy: value }),
      (error) => error instanceof Error && /http_proxy/.test(error.message) && !/hush/.test(error.message),
    );
});

test('what a proxy is shown of a name and password is decoded', () => {
  assert.equal(proxyAuthorization(new URL('http://a/')), undefined);
  assert.equal(
    proxyAuthorization(new URL('http://m%40e:p%3Aw@a/')),
    `Basic ${Buffer.from('m@e:p:w').toString('base64')}`,
  );
});
