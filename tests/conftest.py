"""What every run of the tests needs, however it was started."""

from __future__ import annotations

import signal

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell has what it starts in the background ignore Ctrl-C, and all that this starts in turn;
    # tests send it to commands.
    signal.signal(signal.SIGINT, signal.default_int_handler)
