import { Component, type ReactNode } from 'react'
import { Button } from '../ui/Button.tsx'
import { Note } from '../ui/Note.tsx'

/** The last resort: a page that failed to draw itself, or whose file is gone because the console was updated. */
export class Crash extends Component<{ children: ReactNode }, { failed: boolean }> {
  override state = { failed: false }
  static getDerivedStateFromError = () => ({ failed: true })

  override render() {
    if (!this.state.failed) return this.props.children
    return (
      <Note
        tone="critical"
        alert
        title="This page could not be shown"
        action={<Button onClick={() => location.reload()}>Reload</Button>}
      >
        The console may have been updated since it was opened. The cluster is not touched by this. Reload the page.
      </Note>
    )
  }
}
