/** The memory engine. */
import { describeStore } from '../../store.contract.ts'
import { makeMemoryData } from './data.ts'
import { makeMemoryStore } from './open.ts'

describeStore('memory', async () => {
  const data = makeMemoryData()
  return async () => makeMemoryStore(data)
})
