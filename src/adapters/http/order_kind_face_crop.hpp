// Face crops as a kind of order: it depends on the presets that this server and the vendor have.
#pragma once

#include "adapters/http/order_kind.hpp"
#include "engine/face_crop_order.hpp"

namespace cutroom::http {

// `presets` outlives it, with all that it points to.
OrderKind face_crop_kind(const engine::KnownPresets& presets);

}  // namespace cutroom::http
