/** Calls a function of a Gradio app behind the gate with a bound token, by @gradio/client and by fetch itself. */
import process from 'node:process'
import { Client } from '@gradio/client'
import { signedFetch } from './sekisho-proof.js'

const gate = process.env.SEKISHO_GATE ?? 'https://demo.example.org'
globalThis.fetch = signedFetch(gate, process.env.SEKISHO_TOKEN, process.env.SEKISHO_KEY)

const client = await Client.connect(gate)
const { data } = await client.predict('/predict', ['hello'])
console.log(data)

const headers = { 'content-type': 'application/json' }
const body = JSON.stringify({ data: ['hello'] })
const call = `${gate}/gradio_api/call/predict`
const { event_id } = await (await fetch(call, { method: 'POST', headers, body })).json()
console.log(await (await fetch(`${call}/${event_id}`)).text())
process.exit() // the client keeps a heartbeat open
