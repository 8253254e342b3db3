// What a cluster's nodes say of who serves which slots.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "adapters/redis_client/options.hpp"
#include "adapters/redis_client/reply.hpp"
#include "base/error.hpp"

namespace cutroom::redis_client {

struct SlotRange {
  std::uint16_t first = 0;
  std::uint16_t last = 0;  // Inclusive.
  Endpoint master;
  bool operator==(const SlotRange&) const = default;
};

// Of the answer to CLUSTER SLOTS. A node that does not know its own address leaves it out: it is `asked`,
// where the answer came from. What can't be read is left out.
std::vector<SlotRange> slot_ranges_of(const Reply&, const Endpoint& asked);

// Another node has to be asked, or the same one again.
struct Redirection {
  enum class Kind : std::uint8_t {
    moved,  // The slot belongs to `to` for good.
    ask,    // This time only: the slot is on its way to `to`.
    later,  // TRYAGAIN, CLUSTERDOWN: a state that passes soon.
  };
  Kind kind;
  std::uint16_t slot = 0;  // With moved and ask.
  Endpoint to{};           // Its host is empty where it is the one that answered.
  bool operator==(const Redirection&) const = default;
};

// nullopt: it is an answer.
std::optional<Redirection> redirection_of(const Result<Reply>&);

}  // namespace cutroom::redis_client
