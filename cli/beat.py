"""Run beat: it rings for what is due. More than one does no harm."""

from cli import logs
from cli.ground import ground
from cli.output import Output
from cli.verb import verb


@verb
def command(out: Output) -> None:
    """Ring the timetable until told to stop."""
    logs.to_stderr("beat")
    # Parts start in any order: ended, it would ring for nothing until somebody starts it again.
    with ground(may_make_home=True, waits=True) as settings:
        from tasks import app

        out.service({"part": "beat"})
        # It answers 'celery inspect ping' as long as it rings: its health check.
        app.start(["beat", "--enable-remote-control", f"--loglevel={settings.log_level}"])
