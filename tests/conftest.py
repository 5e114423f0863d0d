"""What every run of the tests needs, however it was started."""

from __future__ import annotations

import signal

# A shell has what it starts in the background ignore Ctrl-C, nohup the end of the terminal; both
# are handed on to all that is started in turn, while tests send them to commands.
for name, handler in (("SIGINT", signal.default_int_handler), ("SIGHUP", signal.SIG_DFL)):
    number = getattr(signal, name, None)
    if number is not None and signal.getsignal(number) is signal.SIG_IGN:
        signal.signal(number, handler)
