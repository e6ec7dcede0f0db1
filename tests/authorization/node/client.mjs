// A client of the authorization server: openid-client, a certified library for Node. Called by test_foreign_clients.py.
import { createInterface } from 'node:readline/promises'
import * as oidc from 'openid-client'

const [what, text] = process.argv.slice(2)
const given = JSON.parse(text)
const api = `${given.issuer}/api/v1/intake/packages/1`
const loopback = { execute: [oidc.allowInsecureRequests] }

async function ask(token) {
  return (await fetch(api, { headers: { authorization: `Bearer ${token}` } })).status
}

async function code() {
  const proof = given.secret ? oidc.ClientSecretPost(given.secret) : oidc.None()
  const config = await oidc.discovery(new URL(given.issuer), given.client_id, undefined, proof, loopback)
  const verifier = oidc.randomPKCECodeVerifier()
  const [state, nonce] = [oidc.randomState(), oidc.randomNonce()]
  const address = oidc.buildAuthorizationUrl(config, {
    redirect_uri: given.redirect_uri, scope: given.scope, state, nonce,
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256',
  })
  console.log(address.href)
  const back = (await createInterface({ input: process.stdin }).question('')).trim()
  const tokens = await oidc.authorizationCodeGrant(config, new URL(back), {
    pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true,
  })
  const fresh = await oidc.refreshTokenGrant(config, tokens.refresh_token)
  const before = await ask(fresh.access_token)
  const introspected = given.secret ? (await oidc.tokenIntrospection(config, fresh.access_token)).active : null
  await oidc.tokenRevocation(config, fresh.refresh_token)
  return {
    claims: tokens.claims(), refreshed: fresh.refresh_token !== tokens.refresh_token,
    before, after: await ask(fresh.access_token), introspected,
  }
}

async function backend() {
  const key = await crypto.subtle.importKey('jwk', given.jwk, { name: 'ECDSA', namedCurve: 'P-384' }, false, ['sign'])
  const proof = oidc.PrivateKeyJwt({ key, kid: given.jwk.kid }, {
    // SMART asks for the token endpoint; the library says the issuer.
    [oidc.modifyAssertion](_header, claims) { claims.aud = `${given.issuer}/oauth/token` },
  })
  const config = await oidc.discovery(new URL(given.issuer), given.client_id, undefined, proof, loopback)
  const token = await oidc.clientCredentialsGrant(config, { scope: given.scope })
  return { expires_in: token.expires_in, status: await ask(token.access_token) }
}

console.log(JSON.stringify(await { code, backend }[what]()))
process.exit(0)
