#include "adapters/http/option_input.hpp"
#include "adapters/http/order_kind.hpp"
#include "engine/cut_out_order.hpp"
#include "jobs/job.hpp"

namespace cutroom::http {
namespace {

boost::json::object read_cut_out(const boost::json::object& /*body*/, const boost::json::object& options,
                                 FieldProblems& problems) {
  return engine::cut_out_order_of(read_cut_out_options(options, problems));
}

}  // namespace

const OrderKind kCutOutKind{.queue = jobs::kBackgroundRemoval,
                            .fields = {},
                            .option_names = kCutOutOptionNames,
                            .read = read_cut_out};

}  // namespace cutroom::http
