"""Every sample is read as its golden pair says; `--update-golden` rewrites the pairs."""

import pytest

from connectors import platforms
from connectors.base.platform import Platform
from tests.conformance.samples import Sample, samples, settings_of


@pytest.mark.parametrize("sample", list(samples()), ids=str)
def test_a_sample_is_read_as_its_golden_pair_says(sample: Sample, request: pytest.FixtureRequest):
    connector = sample.platform.connect(settings_of(sample.platform))
    found = sample.outcome(connector)
    if request.config.getoption("--update-golden", default=False):
        sample.golden.write_bytes(found)
    assert found.decode() == sample.golden.read_text()


@pytest.mark.parametrize("platform", list(platforms().values()), ids=lambda platform: platform.name)
def test_every_stream_has_samples(platform: Platform):
    assert {sample.stream for sample in samples() if sample.platform is platform} == set(
        platform.streams
    )
