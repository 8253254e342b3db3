// Face crops as a kind of order: it depends on the presets that this server has.
#pragma once

#include "adapters/http/order_kind.hpp"
#include "imaging/face_preset.hpp"

namespace cutroom::http {

// `presets` outlives it.
OrderKind face_crop_kind(const imaging::FacePresets& presets);

}  // namespace cutroom::http
