"""What settings mean."""

import pytest
from support.tiny import composed


@pytest.mark.parametrize(
    ("overrides", "content", "style"),
    [
        ([], ["relu4_2"], ["relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1"]),
        (["style.by_depth=[relu1_2,relu2_2]"], ["relu4_2"], ["relu1_2", "relu2_2"]),
        (["depth=2"], ["relu2_1"], ["relu1_1", "relu2_1"]),
        (["depth=2", "content.layers=[relu5_1]"], ["relu5_1"], ["relu1_1", "relu2_1"]),
    ],
)
def test_layers_are_those_given_by_name_else_by_depth_else_the_lists_own(overrides, content, style):
    config = composed("representation=both", *overrides)
    assert config.layers("content") == content
    assert config.layers("style") == style
