"""Upload the output to a folder, a store or a server, and delete there what is no longer published.

`read_target` reads the address of a target, `prepare` compares it with the output, and `carry_out`
changes it, in the order of publishing. rclone speaks the protocols (`engine`).
"""

from ilofeed.deploy.deployment import Deployment, carry_out, prepare
from ilofeed.deploy.engine import Target, TargetError, find_engine, read_target
