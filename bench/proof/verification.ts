/** What it costs to look at one signature, without the rest of the gate: parse, epoch, signature, window. */
import { parseChallenge, proofAlgorithms } from '../../src/contract/proof.ts'
import { systemClock } from '../../src/kit/clock.ts'
import { makeSeal } from '../../src/kit/seal.ts'
import { Secret } from '../../src/kit/secret.ts'
import { makeProofs } from '../../src/proof/proofs.ts'
import type { Costs } from '../costs.ts'
import { makeProgram, signMany } from './program.ts'

const requests = 2000
const rounds = 7
const path = '/gradio_api/run/predict'

export async function measureVerification(costs: Costs): Promise<void> {
  const seal = makeSeal(new Secret(Buffer.alloc(32, 1)), 'bench')
  const proofs = makeProofs(seal, systemClock)
  for (const alg of proofAlgorithms) {
    const program = makeProgram(alg, seal)
    const signer = { id: alg, key: program.row }
    const challenge = parseChallenge(proofs.challenge(signer))
    if (challenge === undefined) throw new TypeError('the gate writes what it reads')
    const signing = { challenge, origin: 'https://demo.example.org', path, body: '{"data":["x"]}' }
    const signed = signMany(program, { ...signing, count: requests * rounds })
    const site = { scheme: 'https', host: 'demo.example.org' } as const
    await costs.each(`verify one signed request, ${alg}`, requests, (i) => {
      const { kind } = proofs.judge(
        { method: 'POST', requestTarget: path, site, headers: signed[i] ?? {} },
        signer,
      )
      if (kind !== 'held') throw new TypeError(`The request of the benchmark is refused: ${kind}.`)
    })
  }
}
